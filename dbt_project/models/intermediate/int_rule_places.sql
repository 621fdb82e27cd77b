-- The seed rules against the cells of the forms: every place where a rule is evaluated (a column of table three, a row
-- of table two, a whole table), with its terms. All of the expanding is done here, on some hundreds of rows.
with rules as (
    select
        *,
        row_number() over (order by rule_key, form_versions, expression) as rule_no
    from {{ ref('rules') }}
),

terms as (
    {{ expression_terms('rules', ['rule_no'], 'expression') | indent(4) }}
),

form_cells as (
    select * from {{ ref('int_form_cells') }}
),

constants as (
    select
        rule_no,
        any_value(comparison) as comparison,
        coalesce(sum(sign * literal) filter (side = 'left'), 0) as left_constant,
        coalesce(sum(sign * literal) filter (side = 'right'), 0) as right_constant,
        bool_or(operand_kind = 'cell') as has_cells,
        count(distinct term_seq) filter (each_row or each_column or each_table) as n_wildcards
    from terms
    group by rule_no
),

cells as (
    select
        terms.*,
        rules.result_per,
        form_cells.form_version,
        form_cells.table_key as cell_table,
        form_cells.row_key as cell_row,
        form_cells.column_key as cell_column,
        form_cells.row_order,
        form_cells.column_order,
        form_cells.cell_no,
        terms.each_row or terms.each_column or terms.each_table as is_wildcard,
        case when terms.each_row and rules.result_per = 'place' then form_cells.row_key end as place_row,
        case when terms.each_column and rules.result_per = 'place' then form_cells.column_key end as place_column
    from terms
    inner join rules on terms.rule_no = rules.rule_no
    inner join form_cells
        on
            terms.operand_kind = 'cell'
            and (
                rules.form_versions is null
                or list_contains(string_split(rules.form_versions, '|'), form_cells.form_version)
            )
            and (terms.each_table or terms.table_key = form_cells.table_key)
            and {{ is_chosen('form_cells.row_key', 'terms.row_key', 'terms.row_choice') }}
            and {{ is_chosen('form_cells.column_key', 'terms.column_key', 'terms.column_choice') }}
),

-- A place is where every wildcard of the rule has a cell; a rule without one has one place an edition.
cell_places as (
    select
        cells.rule_no,
        cells.form_version,
        cells.cell_table,
        cells.place_row,
        cells.place_column
    from cells
    inner join constants on cells.rule_no = constants.rule_no
    where cells.is_wildcard or constants.n_wildcards = 0
    group by cells.rule_no, cells.form_version, cells.cell_table, cells.place_row, cells.place_column
    having count(distinct cells.term_seq) filter (cells.is_wildcard) = any_value(constants.n_wildcards)
),

every_place as (
    select * from cell_places
    union all by name
    select rule_no
    from constants
    where not has_cells
),

places as (
    select
        *,
        row_number() over (order by rule_no, form_version, cell_table, place_row, place_column) as place_no
    from every_place
),

placed_terms as (
    select
        places.place_no,
        cells.term_seq,
        concat_ws('.', cells.cell_table, cells.cell_row, cells.cell_column)
        || case when cells.years_back = 1 then '[-1]' else '' end as operand,
        cells.operand_kind,
        cells.side,
        cells.sign,
        cells.cell_table as table_key,
        cells.cell_row as row_key,
        cells.cell_column as column_key,
        cells.row_order,
        cells.column_order,
        cells.years_back,
        cells.in_yuan,
        cells.cell_no,
        cells.quantity
    from places
    inner join cells
        on
            places.rule_no = cells.rule_no
            and places.form_version = cells.form_version
            and places.cell_table = cells.cell_table
            and (cells.place_row is null or places.place_row = cells.place_row)
            and (cells.place_column is null or places.place_column = cells.place_column)
    union all by name
    select
        places.place_no,
        terms.term_seq,
        terms.operand,
        terms.operand_kind,
        terms.side,
        terms.sign,
        0 as years_back,
        false as in_yuan,
        terms.quantity
    from places
    inner join terms on places.rule_no = terms.rule_no and terms.operand_kind = 'quantity'
),

numbered as (
    select
        *,
        row_number() over (partition by place_no order by term_seq, row_order, column_order) - 1 as term_index
    from placed_terms
),

collected as (
    select
        place_no,
        count(*) as n_terms,
        min(quantity) as quantity,
        case when count(distinct row_key) = 1 then min(row_key) end as common_row,
        case when count(distinct column_key) = 1 then min(column_key) end as common_column,
        list(
            {
                term_index: term_index, operand: operand, operand_kind: operand_kind, side: side, sign: sign,
                table_key: table_key, row_key: row_key, column_key: column_key, years_back: years_back,
                in_yuan: in_yuan, cell_no: cell_no, quantity: quantity
            } order by term_index
        ) as terms
    from numbered
    group by place_no
),

placed as (
    select
        places.place_no,
        rules.rule_key,
        places.form_version,
        places.cell_table as table_key,
        case when rules.result_per = 'place' then coalesce(places.place_row, collected.common_row) end as row_key,
        case when rules.result_per = 'place' then coalesce(places.place_column, collected.common_column) end
            as column_key,
        rules.result_per,
        rules.gives_finding,
        string_split(rules.form_versions, '|') as form_versions,
        string_split(rules.body_levels, '|') as body_levels,
        rules.tolerance,
        constants.comparison,
        constants.left_constant,
        constants.right_constant,
        collected.quantity,
        collected.n_terms,
        collected.terms
    from places
    inner join rules on places.rule_no = rules.rule_no
    inner join constants on places.rule_no = constants.rule_no
    inner join collected on places.place_no = collected.place_no
)

-- Sixteen numbers a place, one of them for each edition that has it: packed results are kept by them.
select
    *,
    cast(
        16 * dense_rank() over (order by rule_key, table_key, row_key, column_key)
        + dense_rank() over (order by form_version) as uinteger
    ) as result_no
from placed
