{# Prose that states a figure for an activity whose every cell is a stated zero. #}
{% macro prose_contradicts(of) -%}
{{ of }}.status = 'zero' and coalesce({{ of }}.prose_value > 0, false)
{%- endmacro %}
