with reports as (
    select * from {{ ref('int_reports') }}
),

sections as (
    select
        report_key,
        unnest(sections) as section
    from reports
)

select
    report_key,
    cast(row_number() over (partition by report_key order by section.line) as integer) as section_order,
    section.number as section_number,
    section.section_key,
    section.title as section_title,
    section.line as line_start
from sections
