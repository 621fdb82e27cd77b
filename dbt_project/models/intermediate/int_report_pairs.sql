-- The current report of each body and known year, with that of the year before.
with reports as (
    select * from {{ ref('int_reports') }}
    where is_current and report_year is not null
)

select
    this_year.report_no,
    year_before.report_no as report_no_before,
    -- A second join by number, of rows some of which find nothing, would give them out of their order.
    year_before.report_key as report_key_before,
    this_year.form_version,
    year_before.form_version as form_version_before
from reports as this_year
left join reports as year_before
    on this_year.body_key = year_before.body_key and this_year.report_year = year_before.report_year + 1
order by this_year.report_no
