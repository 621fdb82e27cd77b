with cells as (
    select * from {{ ref('stg_cells') }}
),

reports as (
    select * from {{ ref('int_reports') }}
)

select
    reports.report_key,
    reports.body_key,
    reports.report_year,
    cells.* exclude (document_id, delivery)  -- noqa: RF02
from cells
inner join reports
    on cells.document_id = reports.document_id and cells.delivery = reports.delivery
