{# Whether what a rule compares holds: `actual` its left side, `expected` its right side. #}
{% macro rule_holds(comparison, actual, expected, tolerance) -%}
    case {{ comparison }}
        when '=' then abs({{ actual }} - {{ expected }}) <= {{ tolerance }}
        when '<=' then {{ actual }} <= {{ expected }} + {{ tolerance }}
        when '>=' then {{ actual }} >= {{ expected }} - {{ tolerance }}
        when 'both_or_neither' then ({{ actual }} = 0) = ({{ expected }} = 0)
        when 'is_whole' then abs({{ actual }} - round({{ actual }})) <= {{ tolerance }}
    end
{%- endmacro %}
