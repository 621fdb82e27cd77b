with cells as (
    select * from {{ ref('int_named_cells') }}
),

prose as (
    select * from {{ ref('int_prose_figures') }}
),

reports as (
    select * from {{ ref('int_reports') }}
),

subjects as (
    select * from {{ ref('disclosure_subjects') }}
),

from_tables as (
    select
        cells.report_key,
        subjects.subject,
        coalesce(subjects.measure, cells.column_key) as measure,
        'table' as source,
        cells.value,
        cells.value_state,
        false as is_approximate,
        cells.line_start,
        cells.line_end
    from cells
    inner join subjects
        on cells.table_key = subjects.table_key and cells.row_key = subjects.row_key
    -- A channel table and a provincial row may give the same total: the one with a figure goes first.
    qualify row_number() over (
        partition by cells.report_key, subjects.subject, coalesce(subjects.measure, cells.column_key)
        order by cells.value is null, cells.table_key
    ) = 1
),

from_prose as (
    select
        report_key,
        case when quantity = 'total_disclosed' then 'all_information' else quantity end as subject,
        'disclosed' as measure,
        'prose' as source,
        value,
        value_state,
        is_approximate,
        line_start,
        line_end
    from prose
    where quantity = 'total_disclosed' or quantity like 'channel:%' or quantity like 'category:%'
),

volumes as (
    select * from from_tables
    union all by name
    select * from from_prose
)

select
    volumes.*,
    reports.body_key,
    reports.report_year
from volumes
inner join reports on volumes.report_key = reports.report_key
