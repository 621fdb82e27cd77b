{# The terms of an expression that a seed holds, one row a term. Parts stand apart by spaces:

     t3.new.* + t3.carried_in.* = t3.total_results.* + t3.carried_out.*

   Operands: `table.row.column`, a cell of the form (`*`: each row, or each column, in turn; `[-1]` behind it: the same
   cell of the body's report of the year before); `prose.<quantity>` and `report.<quantity>`, a figure of the prose or a
   fact of the whole report; a number. Between them `+` or `-`, and at most one comparison: = <= >= both_or_neither. #}
{% macro expression_terms(relation, keys, expression) -%}
{%- set key_list = keys | join(', ') -%}
with tokens as (
    select
        {{ key_list }},
        unnest(string_split_regex(trim({{ expression }}), '\s+')) as token,
        generate_subscripts(string_split_regex(trim({{ expression }}), '\s+'), 1) as token_seq
    from {{ relation }}
    where {{ expression }} is not null
),

placed as (
    select
        *,
        lag(token) over (partition by {{ key_list }} order by token_seq) as token_before,
        min(token_seq) filter (token in ('=', '<=', '>=', 'both_or_neither'))
            over (partition by {{ key_list }}) as comparison_seq
    from tokens
),

operands as (
    select
        {{ key_list }},
        token_seq as term_seq,
        token as operand,
        case when token_seq > comparison_seq then 'right' else 'left' end as side,
        case when token_before = '-' then -1 else 1 end as sign,
        regexp_extract(
            token, '^(t2|t3|t4|channels|statistics|provincial)\.([a-z0-9_]+|\*)\.([a-z0-9_]+|\*)(\[-1\])?$',
            ['table_key', 'row_key', 'column_key', 'back']
        ) as cell
    from placed
    where token not in ('+', '-', '=', '<=', '>=', 'both_or_neither')
)

select
    {{ key_list }},
    term_seq,
    operand,
    side,
    sign,
    case
        when cell.table_key <> '' then 'cell'
        when regexp_matches(operand, '^(prose|report)\.\S+$') then 'quantity'
        when try_cast(operand as double) is not null then 'literal'
        else 'unknown'
    end as operand_kind,
    nullif(cell.table_key, '') as table_key,
    nullif(nullif(cell.row_key, ''), '*') as row_key,
    nullif(nullif(cell.column_key, ''), '*') as column_key,
    coalesce(cell.row_key = '*', false) as each_row,
    coalesce(cell.column_key = '*', false) as each_column,
    case when cell.back = '[-1]' then 1 else 0 end as years_back,
    case when regexp_matches(operand, '^(prose|report)\.\S+$') then operand end as quantity,
    try_cast(operand as double) as literal
from operands
{%- endmacro %}
