with coverage as (
    select * from {{ ref('int_coverage') }}
)

select
    division_code,
    report_year,
    status,
    status_reason,
    report_key,
    first_published_on,
    deadline,
    deadline_basis,
    case when status = 'reported_late' then date_diff('day', deadline, first_published_on) end as days_late,
    n_candidate_reports,
    collected_on,
    claimed_by
from coverage
