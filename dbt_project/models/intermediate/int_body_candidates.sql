select
    reports.report_key,
    candidates.* exclude (document_id, delivery)  -- noqa: RF02
from {{ ref('stg_body_candidates') }} as candidates
inner join {{ ref('int_distinct_reports') }} as reports
    on candidates.document_id = reports.document_id and candidates.delivery = reports.delivery
