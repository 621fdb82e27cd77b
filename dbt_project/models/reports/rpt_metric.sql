-- One pass over the cells: those that a metric asks for are joined with its terms and added up by report and
-- expression.
with reports as materialized (
    select
        report_key,
        body_key,
        report_year,
        form_version,
        row_number() over () as report_no
    from {{ ref('dim_report') }}
    where is_current
),

metrics as (
    select * from {{ ref('dim_metric') }}
    where metric_grain = 'body'
),

cells as (
    select * from {{ ref('fct_reported_cell') }}
),

quantities as (
    select * from {{ ref('fct_report_quantity') }}
),

terms as (
    select
        terms.*,
        metrics.metric_order,
        terms.part = 'numerator' as is_numerator
    from {{ ref('dim_metric_term') }} as terms
    inner join metrics on terms.metric_key = metrics.metric_key
),

expressions as (
    select
        metric_order,
        expression_seq,
        count(distinct term_seq) filter (operand_kind <> 'literal' and is_numerator)
        + count(distinct term_seq) filter (operand_kind <> 'literal' and not is_numerator) as n_terms,
        sum(sign * literal) filter (is_numerator) as numerator_literal,
        sum(sign * literal) filter (not is_numerator) as denominator_literal,
        bool_or(not is_numerator) as has_denominator,
        bool_and(operand_kind <> 'cell') as has_no_cell,
        bool_or(form_version in ('F2019', 'F2021')) as is_of_national_form,
        count(*) over (partition by metric_order) as n_expressions
    from terms
    group by metric_order, expression_seq
),

operands as (
    select
        reports.report_no,
        terms.metric_order,
        terms.expression_seq,
        terms.is_numerator,
        terms.sign * cells.value as term,
        cells.value_state
    from cells
    inner join terms
        on
            cells.form_version = terms.form_version
            and cells.table_key = terms.table_key
            and cells.row_key = terms.row_key
            and cells.column_key = terms.column_key
    inner join reports on cells.report_key = reports.report_key
    union all
    select
        reports.report_no,
        terms.metric_order,
        terms.expression_seq,
        terms.is_numerator,
        terms.sign * quantities.value as term,
        quantities.value_state
    from quantities
    inner join terms on quantities.quantity = terms.quantity
    inner join reports on quantities.report_key = reports.report_key
),

-- Of several nulls the one that tells most is given as the reason.
added as (
    select
        report_no,
        metric_order,
        expression_seq,
        count(*) as n_found,
        sum(term) filter (is_numerator) as numerator,
        sum(term) filter (not is_numerator) as denominator,
        coalesce(bool_or(term is null and is_numerator), false) as numerator_is_null,
        coalesce(bool_or(term is null and not is_numerator), false) as denominator_is_null,
        max(case
            when term is not null then 0
            when value_state = 'not_in_form' then 6
            when value_state = 'absent' then 5
            when value_state = 'ambiguous' then 4
            when value_state = 'unit_unknown' then 3
            when value_state = 'approximate' then 2
            else 1
        end) as null_rank
    from operands
    group by report_no, metric_order, expression_seq
),

summed as (
    select
        added.report_no,
        added.metric_order,
        added.expression_seq,
        added.null_rank,
        expressions.n_expressions,
        expressions.has_denominator,
        case
            when not added.numerator_is_null
                then coalesce(added.numerator, 0) + coalesce(expressions.numerator_literal, 0)
        end as numerator,
        case
            when expressions.has_denominator and not added.denominator_is_null
                then coalesce(added.denominator, 0) + coalesce(expressions.denominator_literal, 0)
        end as denominator
    from added
    inner join expressions
        on
            added.metric_order = expressions.metric_order
            and added.expression_seq = expressions.expression_seq
            and added.n_found = expressions.n_terms
),

-- A report that has the tables of two editions: the first expression without a null.
chosen as (
    select * from summed
    where n_expressions = 1
    union all
    select * from summed
    where n_expressions > 1
    qualify row_number() over (
        partition by report_no, metric_order order by null_rank > 0, expression_seq
    ) = 1
),

asked as (
    select
        metrics.metric_key,
        metrics.metric_order,
        bool_and(expressions.has_no_cell) as has_no_cell,
        coalesce(bool_or(expressions.is_of_national_form), false) as is_of_national_form
    from metrics
    inner join expressions on metrics.metric_order = expressions.metric_order
    group by metrics.metric_key, metrics.metric_order
)

select
    reports.body_key,
    reports.report_year,
    reports.report_key,
    asked.metric_key,
    case
        when not chosen.has_denominator then chosen.numerator
        when chosen.denominator > 0 then chosen.numerator / chosen.denominator
    end as value,
    chosen.numerator,
    chosen.denominator,
    case
        when chosen.report_no is null and asked.has_no_cell then 'not_stated'
        when chosen.report_no is null and reports.form_version = 'none' and asked.is_of_national_form then 'absent'
        when chosen.report_no is null then 'not_in_form'
        when chosen.null_rank > 0
            then ['not_stated', 'approximate', 'unit_unknown', 'ambiguous', 'absent', 'not_in_form'][chosen.null_rank]
        when chosen.denominator = 0 then 'denominator_zero'
        when chosen.denominator < 0 then 'denominator_negative'
    end as null_reason
from reports
cross join asked
left join chosen on reports.report_no = chosen.report_no and asked.metric_order = chosen.metric_order
