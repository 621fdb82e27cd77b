{# No two rows share these columns (nulls count as one value). A row may be left out of it (`where`). #}
{% macro check_unique_key(table, columns, where=none) -%}
    select
        'unique_key' as broken,
        '{{ columns | join(', ') }}' as column_name,
        {{ values_in_words(columns) }} as example,
        count(*) as n_rows
    from {{ table }}
    {{ 'where ' ~ where if where is not none }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{%- endmacro %}
