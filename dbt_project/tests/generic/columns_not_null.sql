{# None of the columns is null: one test and one look at the table for all of them. Where the rows are kept as numbers
   (`packed`), these are looked at (`numbers`) and the columns of the small tables that the numbers lead to have tests there. #}
{% test columns_not_null(model, columns, packed=none, numbers=none) %}
    with counted as (
        select
            {% for column in numbers or columns -%}
                count(*) filter ({{ column }} is null) as {{ column }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ packed or model }}
    )

    select
        column_name,
        n_null
    from (unpivot counted on columns(*) into name column_name value n_null)
    where n_null > 0
{% endtest %}
