{# None of the columns is null: one look at the table for all of them. #}
{% macro check_columns_not_null(table, columns) -%}
    select
        'columns_not_null' as broken,
        column_name,
        'null' as example,
        n_rows
    from (
        unpivot (
            select
                {% for column in columns -%}
                    count(*) filter ({{ column }} is null) as {{ column }}{{ ',' if not loop.last }}
                {% endfor %}
            from {{ table }}
        ) on columns(*) into name column_name value n_rows
    )
    where n_rows > 0
{%- endmacro %}
