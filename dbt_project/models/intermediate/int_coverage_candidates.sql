-- Reports that may be a division's: of its government, without a year; or of a government that is not placed, where
-- nothing tells against the division.
with reports as (
    select * from {{ ref('int_reports') }}
    where is_government
),

candidates as (
    select * from {{ ref('int_body_candidates') }}
    where score >= 0 or candidate_rank = 1
)

select
    candidates.division_code as unit_code,
    reports.report_key,
    reports.report_year
from reports
inner join candidates on reports.report_key = candidates.report_key
where reports.division_code is null
union
select
    division_code as unit_code,
    report_key,
    report_year
from reports
where division_code is not null and report_year is null
