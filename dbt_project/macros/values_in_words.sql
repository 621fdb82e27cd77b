{# The values of some columns as one text; null is written out. #}
{% macro values_in_words(columns) -%}
    concat_ws(', ', {% for column in columns -%}
        coalesce(cast({{ column }} as varchar), 'null'){{ ', ' if not loop.last }}
    {%- endfor %})
{%- endmacro %}
