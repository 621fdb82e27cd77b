-- What packed rows say of their report by its number alone.
select
    report_no,
    report_key,
    body_key,
    report_year,
    delivery,
    source_path,
    record
from {{ ref('int_reports') }}
order by report_no
