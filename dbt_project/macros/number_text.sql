{# A figure as a person writes it: 162 rather than 162.0. #}
{% macro number_text(value) -%}
    regexp_replace(cast({{ value }} as varchar), '\.0$', '')
{%- endmacro %}
