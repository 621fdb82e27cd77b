select
    reports.report_key,
    evidence.* exclude (document_id, delivery)  -- noqa: RF02
from {{ ref('stg_body_evidence') }} as evidence
inner join {{ ref('int_distinct_reports') }} as reports
    on evidence.document_id = reports.document_id and evidence.delivery = reports.delivery
