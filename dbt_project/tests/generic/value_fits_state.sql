{# A figure for number, 0 for zero, null for every other state. #}
{% test value_fits_state(model, value_column='value', state_column='value_state', packed=none) %}
    select *
    from {{ packed or model }}
    where not case {{ state_column }}
        when 'number' then {{ value_column }} is not null and {{ value_column }} <> 0
        when 'zero' then {{ value_column }} is not null and {{ value_column }} = 0
        else {{ value_column }} is null
    end
{% endtest %}
