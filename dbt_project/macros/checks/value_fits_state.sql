{# A figure for number, 0 for zero, null for every other state. #}
{% macro check_value_fits_state(table, value_column, state_column) -%}
    select
        'value_fits_state' as broken,
        '{{ value_column }}, {{ state_column }}' as column_name,
        {{ values_in_words([value_column, state_column]) }} as example,
        count(*) as n_rows
    from {{ table }}
    where not case {{ state_column }}
        when 'number' then {{ value_column }} is not null and {{ value_column }} <> 0
        when 'zero' then {{ value_column }} is not null and {{ value_column }} = 0
        else {{ value_column }} is null
    end
    group by {{ value_column }}, {{ state_column }}
{%- endmacro %}
