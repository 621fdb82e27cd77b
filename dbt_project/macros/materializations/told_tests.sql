{# A test that returns rows says which, while the database is open: its name alone does not tell what is broken. #}
{% materialization test, adapter='duckdb' %}
    {%- set tested = dbt.materialization_test_default() -%}
    {%- set result = load_result('main').table.rows[0] -%}
    {%- if result[1] or result[2] -%}
        {%- do tell_rows(sql, result[0]) -%}
    {%- endif -%}
    {{ return(tested) }}
{% endmaterialization %}

{# The first rows into dbt's log: of each check of `table_holds` a few, so that many of one hide none of another. #}
{% macro tell_rows(sql, n_rows) -%}
    {%- set of_each = 'qualify row_number() over (partition by broken, column_name) <= 3' -%}
    {%- set is_table_holds = (model.get('test_metadata') or {}).get('name') == 'table_holds' -%}
    {%- set first_rows = (of_each if is_table_holds else '') ~ ' limit 10' -%}
    {%- set rows = run_query('select * from (' ~ sql ~ ') as returned ' ~ first_rows).rows -%}
    {%- for row in rows -%}
        {%- do log(model.name ~ ': ' ~ row_in_words(row.dict(), is_table_holds), info=true) -%}
    {%- endfor -%}
    {%- if n_rows > rows | length -%}
        {%- do log(model.name ~ ': and ' ~ (n_rows - rows | length) ~ ' more', info=true) -%}
    {%- endif -%}
{%- endmacro %}
