{# A row that a test returned, as one line of a log: what is broken and where, or `column=value` of any other test. #}
{% macro row_in_words(row, is_table_holds) -%}
    {%- set words -%}
        {%- if is_table_holds -%}
            {{ row.broken }}{{ ' ' ~ row.column_name if row.column_name }}: {{ row.example }}
            {{- ' (' ~ row.n_rows ~ (' row' if row.n_rows == 1 else ' rows') ~ ')' }}
        {%- else -%}
            {%- for column, value in row.items() -%}{{ column }}={{ value }}{{ ', ' if not loop.last }}{%- endfor -%}
        {%- endif -%}
    {%- endset -%}
    {{- modules.re.sub('[\\x00-\\x1f\\x7f]', ' ', words)[:300] -}}
{%- endmacro %}
