-- A finding is numbered among those of its report and rule. What a rule of the seed finds and what is found elsewhere
-- are numbered apart, so that no rule may have findings of both kinds.
select distinct other_findings.rule_key
from {{ ref('int_other_findings') }} as other_findings
inner join {{ ref('int_rule_messages') }} as messages on other_findings.rule_key = messages.rule_key
