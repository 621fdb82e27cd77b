with prose_counts as (
    select * from {{ ref('stg_prose_counts') }}
),

reports as (
    select * from {{ ref('int_reports') }}
)

select
    reports.report_key,
    reports.body_key,
    reports.report_year,
    row_number() over (
        partition by reports.report_key
        order by prose_counts.line_start, prose_counts.quantity, prose_counts.value, prose_counts.quote
    ) as prose_seq,
    prose_counts.* exclude (document_id, delivery)  -- noqa: RF02
from prose_counts
inner join reports
    on prose_counts.document_id = reports.document_id and prose_counts.delivery = reports.delivery
