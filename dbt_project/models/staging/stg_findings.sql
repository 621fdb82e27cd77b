with source as (
    select * from {{ source('staging_frames', 'findings') }}
)

select * from source
