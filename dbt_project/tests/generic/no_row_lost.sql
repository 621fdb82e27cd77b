{# As many rows as in the model that it is made from: no join lost or doubled any. #}
{% test no_row_lost(model, source_model) %}
    select
        (select count(*) from {{ model }}) as n_rows,
        (select count(*) from {{ source_model }}) as n_source_rows
    where n_rows <> n_source_rows
{% endtest %}
