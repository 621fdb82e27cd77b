{# The value of a packed metric: a sum, or one over another, where nothing stands against it. #}
{% macro metric_value(of='') -%}
case
        when {{ of }}null_reason is not null then null
        when {{ of }}denominator is null then {{ of }}numerator
        else {{ of }}numerator / {{ of }}denominator
    end
{%- endmacro %}
