{# Every cell stands in the form dictionary under its edition, table, row and column. #}
{% test form_cell_known(model) %}
    select model.*
    from {{ model }} as model
    anti join {{ ref('dim_form_cell') }} as form_cell
        using (form_version, table_key, row_key, column_key)
{% endtest %}
