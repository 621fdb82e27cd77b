-- The same bytes in two deliveries are one report; the first delivery and path by name carry it.
-- Numbered in the order in which they are staged: numbers stand for the keys wherever there is a row a cell.
select
    *,
    document_id as report_key,
    cast(row_number() over (order by delivery, source_path, record, document_id) as uinteger) as report_no
from {{ ref('stg_reports') }}
qualify row_number() over (partition by document_id order by delivery, source_path) = 1
