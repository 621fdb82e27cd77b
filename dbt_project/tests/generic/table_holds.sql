{# All that a table has to hold, in one test: each test has its price in dbt and in Dagster, whatever it looks at. It
   returns what is broken, in which columns, for example where, and in how many rows.

   key (of the rows `key_where`), also_unique (each column by itself), not_null; accepted: column -> values;
   references: column -> parent with a column of that name, or {to, field}; states: value column -> state column.

   Where the rows are kept as numbers (`packed`), these are looked at: the key by `ascending`, not_null by `numbers`
   (tables that the numbers lead to have tests of their own), words and states by packed_accepted, packed_states. #}
{% test table_holds(
    model, key=none, key_where=none, also_unique=[], not_null=[], accepted={}, references={}, states={},
    source_model=none, packed=none, ascending=none, numbers=none, packed_accepted={}, packed_states={}
) %}
{%- set checks = [] -%}
{%- if ascending is not none -%}
    {%- do checks.append(check_ascending_key(packed, ascending, key)) -%}
{%- elif key is not none -%}
    {%- do checks.append(check_unique_key(model, key, key_where)) -%}
{%- endif -%}
{%- for column in also_unique -%}
    {%- do checks.append(check_unique_key(model, [column])) -%}
{%- endfor -%}
{%- if numbers is not none -%}
    {%- do checks.append(check_columns_not_null(packed, numbers)) -%}
{%- elif not_null -%}
    {%- do checks.append(check_columns_not_null(model, not_null)) -%}
{%- endif -%}
{%- for column, values in accepted.items() -%}
    {%- do checks.append(check_accepted_values(model, column, values)) -%}
{%- endfor -%}
{%- for column, values in packed_accepted.items() -%}
    {%- do checks.append(check_accepted_values(packed, column, values)) -%}
{%- endfor -%}
{%- for column, parent in references.items() -%}
    {%- set is_named = parent.field is defined -%}
    {%- do checks.append(check_relationships(
        model, column, parent.to if is_named else parent, parent.field if is_named else column
    )) -%}
{%- endfor -%}
{%- for value_column, state_column in states.items() -%}
    {%- do checks.append(check_value_fits_state(model, value_column, state_column)) -%}
{%- endfor -%}
{%- for value_column, state_column in packed_states.items() -%}
    {%- do checks.append(check_value_fits_state(packed, value_column, state_column)) -%}
{%- endfor -%}
{%- if source_model is not none -%}
    {%- do checks.append(check_no_row_lost(model, source_model)) -%}
{%- endif %}
({{ checks | join(')\n    union all\n    (') }})
{% endtest %}
