{# The terms of an expression that a seed holds, one row a term. Parts stand apart by spaces:

     t3.new.* + t3.carried_in.* = t3.total_results.* + t3.carried_out.*

   Operands: `table.row.column`, a cell of the form (`*`: each table, row or column in turn; `a|b`: these in turn;
   `!a|b`: each but these; `[-1]` behind it: the same cell of the body's report of the year before; `[yuan]`: the amount
   in yuan); `prose.<quantity>` and `report.<quantity>`, a figure of the prose or a fact of the whole report; a number.
   Between them `+` or `-`, and at most one comparison: = <= >= both_or_neither, or is_whole, which ends it.
   pipelines/forms/expressions.py reads the same grammar; a test holds the two against each other. #}
{% macro expression_terms(relation, keys, expression) -%}
{%- set key_list = keys | join(', ') -%}
{%- set comparisons = "('=', '<=', '>=', 'both_or_neither', 'is_whole')" -%}
{%- set choice = '([*]|!?[a-z0-9_]+(?:[|][a-z0-9_]+)*)' -%}
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
        min(token_seq) filter (token in {{ comparisons }}) over (partition by {{ key_list }}) as comparison_seq,
        min(token) filter (token in {{ comparisons }}) over (partition by {{ key_list }}) as comparison
    from tokens
),

operands as (
    select
        {{ key_list }},
        comparison,
        token_seq as term_seq,
        token as operand,
        case when token_seq > comparison_seq then 'right' else 'left' end as side,
        case when token_before = '-' then -1 else 1 end as sign,
        regexp_extract(
            token, '^(t2|t3|t4|channels|statistics|provincial|\*)\.{{ choice }}\.{{ choice }}(\[-1\])?(\[yuan\])?$',
            ['table_key', 'row_key', 'column_key', 'back', 'yuan']
        ) as cell
    from placed
    where token not in ('+', '-') and token not in {{ comparisons }}
)

select
    {{ key_list }},
    comparison,
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
    nullif(nullif(cell.table_key, ''), '*') as table_key,
    case when regexp_full_match(cell.row_key, '[a-z0-9_]+') then cell.row_key end as row_key,
    case when regexp_full_match(cell.column_key, '[a-z0-9_]+') then cell.column_key end as column_key,
    coalesce(cell.table_key = '*', false) as each_table,
    coalesce(regexp_matches(cell.row_key, '[*!|]'), false) as each_row,
    coalesce(regexp_matches(cell.column_key, '[*!|]'), false) as each_column,
    case when regexp_matches(cell.row_key, '[!|]') then cell.row_key end as row_choice,
    case when regexp_matches(cell.column_key, '[!|]') then cell.column_key end as column_choice,
    case when cell.back = '[-1]' then 1 else 0 end as years_back,
    coalesce(cell.yuan = '[yuan]', false) as in_yuan,
    case when regexp_matches(operand, '^(prose|report)\.\S+$') then operand end as quantity,
    try_cast(operand as double) as literal
from operands
{%- endmacro %}

{# Whether a key of the form is one that an operand names: any, one of `a|b`, or none of `!a|b`. #}
{% macro is_chosen(key, one, choice) -%}
    (
        ({{ one }} is null or {{ key }} = {{ one }})
        and (
            {{ choice }} is null
            or list_contains(string_split(ltrim({{ choice }}, '!'), '|'), {{ key }}) <> starts_with({{ choice }}, '!')
        )
    )
{%- endmacro %}
