{# None of the columns is null: one test and one look at the table for all of them. #}
{% test columns_not_null(model, columns) %}
    with counted as (
        select
            {% for column in columns -%}
                count(*) filter ({{ column }} is null) as {{ column }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ model }}
    )

    select
        column_name,
        n_null
    from (unpivot counted on columns(*) into name column_name value n_null)
    where n_null > 0
{% endtest %}
