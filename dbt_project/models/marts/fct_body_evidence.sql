with evidence as (
    select * from {{ ref('int_body_evidence') }}
)

select
    report_key,
    evidence_seq,
    evidence_kind,
    words,
    place_code,
    n_places,
    effect,
    weight,
    line_start,
    line_end
from evidence
