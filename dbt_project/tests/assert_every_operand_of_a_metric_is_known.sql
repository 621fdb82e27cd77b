-- A cell stands in the form of its edition, a quantity of a report in the seed, a quantity of the prose has a known
-- beginning; every numerator has a term; last year's cells have no place in a metric.
select
    terms.metric_key,
    terms.operand
from {{ ref('dim_metric_term') }} as terms
left join {{ ref('dim_form_cell') }} as cells
    on
        terms.form_version = cells.form_version
        and terms.table_key = cells.table_key
        and terms.row_key = cells.row_key
        and terms.column_key = cells.column_key
left join {{ ref('metric_quantities') }} as quantities on terms.quantity = quantities.quantity
where
    case terms.operand_kind
        when 'cell' then cells.row_key is null or contains(terms.operand, '[')
        when 'quantity' then quantities.quantity is null and not starts_with(terms.quantity, 'prose.')
        else terms.operand_kind <> 'literal'
    end
union all
select
    expressions.metric_key,
    expressions.numerator as operand
from {{ ref('metric_expressions') }} as expressions
anti join {{ ref('dim_metric_term') }} as terms
    on expressions.metric_key = terms.metric_key and expressions.expression_seq = terms.expression_seq
