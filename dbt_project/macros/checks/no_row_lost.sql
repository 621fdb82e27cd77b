{# As many rows as in the model that it is made from: no join lost or doubled any. #}
{% macro check_no_row_lost(table, source_model) -%}
    select
        'no_row_lost' as broken,
        cast(null as varchar) as column_name,
        n_here || ' rows made of ' || n_there as example,
        abs(n_here - n_there) as n_rows
    from (
        select
            (select count(*) from {{ table }}) as n_here,
            (select count(*) from {{ source_model }}) as n_there
    )
    where n_here <> n_there
{%- endmacro %}
