-- What a metric is made of, term by term: the same rows are what rpt_metric adds up.
with expressions as (
    select * from {{ ref('metric_expressions') }}
),

numerators as (
    {{ expression_terms('expressions', ['metric_key', 'expression_seq'], 'numerator') }}
),

denominators as (
    {{ expression_terms('expressions', ['metric_key', 'expression_seq'], 'denominator') }}
),

terms as (
    select
        'numerator' as part,
        numerators.*
    from numerators
    union all
    select
        'denominator' as part,
        denominators.*
    from denominators
),

-- A cell is looked for in each edition of the form; a quantity and a number belong to none.
editions as (
    select
        metric_key,
        expression_seq,
        unnest(string_split(form_versions, '|')) as form_version
    from expressions
)

select
    terms.metric_key,
    terms.expression_seq,
    editions.form_version,
    terms.part,
    terms.term_seq,
    terms.sign,
    terms.operand_kind,
    terms.operand,
    terms.table_key,
    terms.row_key,
    terms.column_key,
    terms.quantity,
    terms.literal
from terms
left join editions
    on
        terms.operand_kind = 'cell'
        and terms.metric_key = editions.metric_key
        and terms.expression_seq = editions.expression_seq
