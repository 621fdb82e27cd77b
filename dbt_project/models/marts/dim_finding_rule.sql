with rules as (
    select * from {{ ref('finding_rules') }}
)

select
    rule_key,
    severity,
    scope,
    name_zh,
    name_en,
    remedy_zh,
    remedy_en
from rules
