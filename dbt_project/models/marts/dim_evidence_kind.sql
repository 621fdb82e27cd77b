with kinds as (
    select * from {{ ref('evidence_kinds') }}
)

select
    evidence_kind,
    evidence_order,
    weight,
    contradicts,
    blocks,
    states_parent,
    name_zh,
    name_en,
    definition_zh,
    definition_en
from kinds
