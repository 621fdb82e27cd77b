-- What a metric is made of, term by term, with the numbers of what each term asks for.
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
    terms.literal,
    numbers.metric_no,
    metrics.metric_grain,
    form_cells.cell_no,
    quantities.quantity_no
from terms
inner join {{ ref('metrics') }} as metrics on terms.metric_key = metrics.metric_key
inner join {{ ref('int_metric_numbers') }} as numbers on terms.metric_key = numbers.metric_key
left join editions
    on
        terms.operand_kind = 'cell'
        and terms.metric_key = editions.metric_key
        and terms.expression_seq = editions.expression_seq
left join {{ ref('int_form_cells') }} as form_cells
    on
        editions.form_version = form_cells.form_version
        and terms.table_key = form_cells.table_key
        and terms.row_key = form_cells.row_key
        and terms.column_key = form_cells.column_key
left join {{ ref('int_quantity_numbers') }} as quantities on terms.quantity = quantities.quantity
