with signatures as (
    select * from {{ ref('stg_signatures') }}
),

reports as (
    select * from {{ ref('int_distinct_reports') }}
)

select
    reports.report_key,
    signatures.* exclude (document_id, delivery)  -- noqa: RF02
from signatures
inner join reports
    on signatures.document_id = reports.document_id and signatures.delivery = reports.delivery
