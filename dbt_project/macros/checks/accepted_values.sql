{# The column holds these values or null: counted by hash of the few values that there are. #}
{% macro check_accepted_values(table, column, values) -%}
    select
        'accepted_values' as broken,
        '{{ column }}' as column_name,
        cast({{ column }} as varchar) as example,
        count(*) as n_rows
    from {{ table }}
    group by {{ column }}
    having cast({{ column }} as varchar) not in ('{{ values | join("', '") }}')
{%- endmacro %}
