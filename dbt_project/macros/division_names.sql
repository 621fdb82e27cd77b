{# The name as anybody prints it: null for the levels that only the codes need (市辖区, 县, 省直辖县级行政区划). #}
{% macro printed_division(name) %}
    case when not regexp_matches({{ name }}, '^(市辖区|县|.*直辖县级行政区划)$') then {{ name }} end
{% endmacro %}

{# The name with those above it; `pipelines/gazetteer/divisions.py` says why what is left out. #}
{% macro full_division_name(name, above_name, above_full_name) %}
    case
        when {{ printed_division(name) }} is null or {{ name }} = {{ above_name }} then {{ above_full_name }}
        when starts_with({{ name }}, {{ above_name }}) and length({{ name }}) >= length({{ above_name }}) + 3
            then {{ above_full_name }} || substr({{ name }}, length({{ above_name }}) + 1)
        else {{ above_full_name }} || {{ name }}
    end
{% endmacro %}
