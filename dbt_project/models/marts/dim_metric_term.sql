-- What a metric is made of, term by term: the same rows are what rpt_metric adds up.
with terms as (
    select * from {{ ref('int_metric_terms') }}
)

select
    metric_key,
    expression_seq,
    form_version,
    part,
    term_seq,
    sign,
    operand_kind,
    operand,
    table_key,
    row_key,
    column_key,
    quantity,
    literal
from terms
