-- The same bytes in two deliveries are one report; the first delivery and path by name carry it.
select
    *,
    document_id as report_key
from {{ ref('stg_reports') }}
qualify row_number() over (partition by document_id order by delivery, source_path) = 1
