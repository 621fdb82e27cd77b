{# Sums and counts of metrics added up once more, by metric. #}
{% macro sums_of(sums) -%}
{{ sums }}.metric_no
    {%- for name in ['numerator', 'denominator', 'n_reports', 'n_summed', 'n_with_value', 'n_not_in_form'] -%}
        , sum({{ sums }}.{{ name }}) as {{ name }}
    {%- endfor -%}
{%- endmacro %}
