-- An expression names cells of the form, known quantities and numbers, compares once, and can be evaluated as it is
-- written. Each row is a fault of the seed rules: which rule, which operand, and what is wrong with it.
with rules as (
    select * from {{ ref('rules') }}
),

terms as (
    {{ expression_terms('rules', ['rule_key', 'form_versions', 'result_per'], 'expression') | indent(4) }}
),

form_cells as (
    select * from {{ ref('int_form_cells') }}
),

quantities as (
    select * from {{ ref('operand_quantities') }}
),

named as (
    select
        terms.rule_key,
        terms.form_versions,
        terms.operand,
        terms.operand_kind,
        count(form_cells.table_key) as n_cells,
        count(quantities.quantity) as n_quantities
    from terms
    left join form_cells
        on
            terms.operand_kind = 'cell'
            and (
                terms.form_versions is null
                or list_contains(string_split(terms.form_versions, '|'), form_cells.form_version)
            )
            and (terms.each_table or terms.table_key = form_cells.table_key)
            and {{ is_chosen('form_cells.row_key', 'terms.row_key', 'terms.row_choice') }}
            and {{ is_chosen('form_cells.column_key', 'terms.column_key', 'terms.column_choice') }}
    left join quantities on terms.quantity = quantities.quantity
    group by terms.rule_key, terms.form_versions, terms.term_seq, terms.operand, terms.operand_kind
),

shaped as (
    select
        rule_key,
        form_versions,
        any_value(result_per) as result_per,
        any_value(comparison) as comparison,
        count(*) as n_terms,
        count(distinct table_key) + count(distinct each_table) filter (each_table) as n_tables,
        count(*) filter (operand_kind = 'cell' and years_back = 0) as n_own_cells,
        count(*) filter (starts_with(quantity, 'report.')) as n_facts,
        count(*) filter (operand_kind = 'cell' and years_back = 1 and in_yuan) as n_amounts_of_last_year,
        count(distinct concat(each_table, each_row, each_column)) filter (each_table or each_row or each_column)
            as n_wildcard_kinds,
        count(*) filter (side = 'left' and operand_kind = 'cell') as n_left_cells,
        count(*) filter (operand_kind = 'literal') as n_literals
    from terms
    group by rule_key, form_versions
)

select
    rule_key,
    form_versions,
    operand,
    case
        when operand_kind = 'unknown' then 'is no operand'
        when operand_kind = 'quantity' then 'is not in the seed operand_quantities'
        else 'is no cell of these editions of the form'
    end as fault
from named
where
    operand_kind = 'unknown'
    or (operand_kind = 'cell' and n_cells = 0)
    or (operand_kind = 'quantity' and n_quantities = 0)
union all
select
    rule_key,
    form_versions,
    null as operand,
    case
        when comparison is null then 'compares nothing'
        when n_tables > 1 then 'has cells of two tables'
        when n_own_cells = 0 and n_facts = 0 then 'has neither a cell of this year nor a fact of the report'
        when n_amounts_of_last_year > 0 then 'has an amount in yuan of last year'
        when n_wildcard_kinds > 1 then 'has wildcards for rows and for columns'
        else 'is judged for each cell, so that it compares one cell with a number'
    end as fault
from shaped
where
    comparison is null
    or n_tables > 1
    or (n_own_cells = 0 and n_facts = 0)
    or n_amounts_of_last_year > 0
    or n_wildcard_kinds > 1
    or (result_per = 'table' and (n_left_cells <> 1 or n_terms <> 1 + n_literals))
