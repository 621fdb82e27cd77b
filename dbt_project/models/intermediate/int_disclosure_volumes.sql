with prose as (
    select * from {{ ref('int_prose_figures') }}
),

reports as (
    select * from {{ ref('int_reports') }}
),

cells_of_subjects as (
    select
        form_cells.cell_no,
        form_cells.table_key,
        subjects.subject,
        coalesce(subjects.measure, form_cells.column_key) as measure
    from {{ ref('int_form_cells') }} as form_cells
    inner join {{ ref('disclosure_subjects') }} as subjects
        on form_cells.table_key = subjects.table_key and form_cells.row_key = subjects.row_key
),

of_tables as (
    select
        packed.report_no,
        cells.subject,
        cells.measure,
        packed.value,
        cast(packed.value_state as varchar) as value_state,
        packed.line_start,
        packed.line_end
    from {{ ref('int_packed_cells') }} as packed
    inner join cells_of_subjects as cells on packed.cell_no = cells.cell_no
    -- A channel table and a provincial row may give the same total: the one with a figure goes first.
    qualify row_number() over (
        partition by packed.report_no, cells.subject, cells.measure
        order by packed.value is null, cells.table_key
    ) = 1
),

from_tables as (
    select
        reports.report_key,
        of_tables.* exclude (report_no),  -- noqa: RF02
        'table' as source,
        false as is_approximate
    from of_tables
    inner join reports on of_tables.report_no = reports.report_no
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
