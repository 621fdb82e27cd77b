-- Every relation of the seeds check_relations and check_terms by one mechanism: the terms of a relation are cells;
-- a term without a row holds for each row of its table, one without a column for each column.
-- A null term: not assessable.
with cells as (
    select * from {{ ref('int_cells') }}
),

relations as (
    select * from {{ ref('check_relations') }}
),

terms as (
    select * from {{ ref('check_terms') }}
),

operands as (
    select
        cells.report_key,
        relations.relation_key,
        relations.table_key,
        relations.operator,
        relations.per,
        terms.side,
        case when relations.per = 'row' then cells.row_key end as row_key,
        case when relations.per = 'column' then cells.column_key end as column_key,
        terms.sign * cells.value as term,
        cells.line_start,
        cells.line_end
    from cells
    inner join terms
        on
            cells.form_version = terms.form_version
            and cells.table_key = terms.table_key
            and (terms.row_key is null or cells.row_key = terms.row_key)
            and (terms.column_key is null or cells.column_key = terms.column_key)
    inner join relations
        on
            terms.relation_key = relations.relation_key
            and terms.form_version = relations.form_version
),

sides as (
    select
        report_key,
        relation_key,
        table_key,
        operator,
        row_key,
        column_key,
        sum(term) filter (where side = 'left') as actual,
        sum(term) filter (where side = 'right') as expected,
        count(*) filter (where term is null) as n_missing,
        min(line_start) as line_start,
        max(line_end) as line_end
    from operands
    group by report_key, relation_key, table_key, operator, row_key, column_key
)

select
    report_key,
    relation_key,
    table_key,
    row_key,
    column_key,
    case when n_missing = 0 then expected end as expected,
    case when n_missing = 0 then actual end as actual,
    n_missing,
    case
        when n_missing > 0 then 'not_assessable'
        when operator = 'eq' and abs(actual - expected) < 0.000001 then 'pass'
        when operator = 'le' and actual <= expected then 'pass'
        when operator = 'both_or_neither' and (actual = 0) = (expected = 0) then 'pass'
        else 'fail'
    end as status,
    line_start,
    line_end
from sides
