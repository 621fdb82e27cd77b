with candidates as (
    select * from {{ ref('int_body_candidates') }}
)

select
    report_key,
    division_code,
    candidate_rank,
    score,
    n_supporting,
    n_contradicting,
    is_chosen
from candidates
