-- A correction is applied to the very text that it was checked against: curation and models saw the same staging.
select *
from {{ ref('int_corrections') }}
where status = 'applied' and raw_value is distinct from checked_raw_value
