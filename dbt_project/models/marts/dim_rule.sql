-- The words of a rule stand under what is before the colon in its key.
with words as (
    select * from {{ ref('finding_rules') }}
),

expressions as (
    select
        *,
        count(*) over (partition by rule_key) as n_expressions
    from {{ ref('rules') }}
),

expressed as (
    select
        rule_key,
        split_part(rule_key, ':', 1) as word_key,
        min(rule_kind) as rule_kind,
        min(text_zh) as text_zh,
        min(text_en) as text_en,
        string_agg(
            concat_ws(': ', case when n_expressions > 1 then form_versions end, expression), '; '
            order by form_versions
        ) as expression,
        string_agg(form_versions, '|' order by form_versions) as form_versions,
        min(body_levels) as body_levels,
        min(result_per) as result_per,
        min(tolerance) as tolerance,
        min(basis) as basis
    from expressions
    group by rule_key
)

select
    coalesce(expressed.rule_key, words.rule_key) as rule_key,
    coalesce(expressed.rule_kind, 'reading') as rule_kind,
    words.severity,
    words.scope,
    words.name_zh,
    words.name_en,
    expressed.text_zh,
    expressed.text_en,
    expressed.expression,
    expressed.form_versions,
    expressed.body_levels,
    expressed.result_per,
    expressed.tolerance,
    expressed.basis,
    words.message_zh,
    words.message_en,
    words.remedy_zh,
    words.remedy_en
from words
left join expressed on words.rule_key = expressed.word_key
