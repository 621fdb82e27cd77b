select
    report_no,
    report_key,
    body_key,
    report_year
from {{ ref('int_reports') }}
order by report_no
