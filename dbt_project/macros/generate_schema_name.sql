{# A custom schema is taken as it is named: main, reference, staging, intermediate. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
